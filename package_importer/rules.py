# ruff: noqa: E501 (a table)
# fmt: off
"""Every rule a package is held to: one table.

An *error* refuses the package. A *leniency* is a fault that leading players forgive: a warning, or an error when the
import is strict. A *repair* is an error too, unless the caller asks for repairs: then it is mended, with a warning.
A *warning* tells the author something and never refuses. APPNOTE is PKWARE's description of zip
files; CP is IMS Content Packaging; CAM and SN are the books of SCORM 2004 (4th Edition), CAM 1.2 that of SCORM 1.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    ERROR = "error"
    LENIENCY = "leniency"
    WARNING = "warning"
    REPAIR = "repair"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`message` is a format string: `found` and the values that the finder names go into it."""

    id: str
    kind: Kind
    section: str
    message: str
    mend: str


def _rows(kind: Kind, *rows: tuple[str, str, str, str]) -> list[Rule]:
    return [Rule(id=i, kind=kind, section=section, message=message, mend=mend) for i, section, message, mend in rows]


_ARCHIVE = [
    *_rows(
        Kind.ERROR,
        ("archive-unreadable", "APPNOTE 4.3", "The file is neither a zip file nor a course structure: {found}.", "Upload the zip file that the authoring tool exported."),
        ("archive-damaged", "APPNOTE 4.3", "The zip file is damaged: {found}.", "Export or upload the package again."),
        ("archive-entries", "limit", "The package holds more than {limit} entries.", "Split the package, or raise the limit."),
        ("archive-package-size", "limit", "The package has {found} bytes, more than the {limit} allowed.", "Reduce media, or raise the limit."),
        ("archive-file-size", "limit", "The file unpacks to {found} bytes, more than the {limit} allowed.", "Reduce the file, or raise the limit."),
        ("archive-total-size", "limit", "The package unpacks to {found} bytes, more than the {limit} allowed.", "Reduce media, or raise the limit."),
        ("archive-ratio", "limit", "The data unpacks to {found} times its size, more than the {limit} allowed.", "Remove the padded file; no course needs it."),
        ("archive-overlap", "APPNOTE 4.3.6", "Two entries share the same bytes of the zip file: {found}.", "Pack the files again with an ordinary zip tool."),
        ("archive-size-lie", "APPNOTE 4.4.8", "The entry holds {found} than its header says.", "Pack the files again with an ordinary zip tool."),
        ("archive-checksum", "APPNOTE 4.4.7", "The entry's data do not match its checksum.", "Export or upload the package again."),
        ("archive-header-mismatch", "APPNOTE 4.3.7", "The entry is called {found} at its data and otherwise in the directory.", "Pack the files again with an ordinary zip tool."),
        ("archive-encrypted", "APPNOTE 4.4.4", "The entry is encrypted.", "Pack the files without a password."),
        ("archive-method", "APPNOTE 4.4.5", "The entry is compressed by method {found}; only stored (0) and deflate (8) are read.", "Pack the files with ordinary zip compression."),
        ("archive-link", "safety", "The entry is a link or a device, not a file.", "Pack the file itself."),
        ("archive-name-outside", "safety", "The entry's name leads outside the package: {found}.", "Pack the files with names relative to the manifest."),
        ("archive-name-absolute", "safety", "The entry's name is an absolute path: {found}.", "Pack the files with names relative to the manifest."),
        ("archive-name-control", "safety", "The entry's name has control characters: {found}.", "Rename the file."),
        ("archive-name-reserved", "safety", "The entry's name is reserved by an operating system: {found}.", "Rename the file."),
        ("archive-name-long", "limit", "The entry's name is longer than {limit} bytes.", "Shorten the names of files and folders."),
        ("archive-name-empty", "safety", "The entry has no name.", "Pack the files again with an ordinary zip tool."),
        ("archive-duplicate", "safety", "Two different files have the same name: {found}.", "Keep one of them."),
        ("archive-case-collision", "safety", "Two different files have names that only letter case or Unicode form tells apart: {found}.", "Rename one of them."),
        ("archive-file-as-folder", "safety", "The name is that of a file and of a folder: {found}.", "Rename one of them."),
    ),
    *_rows(
        Kind.LENIENCY,
        ("archive-name-backslash", "APPNOTE 4.4.17", "The entry's name has backslashes: {found}.", "Pack with a tool that writes forward slashes."),
        ("archive-name-encoding", "APPNOTE 4.4.4", "The entry's name is UTF-8 but not declared as such: {found}.", "Pack with a tool that sets the UTF-8 flag."),
        ("archive-name-odd", "safety", "The entry's name has characters that some systems do not allow: {found}.", "Rename the file."),
        ("archive-same-twice", "safety", "The same file is packed twice: {found}.", "Keep one of them."),
        ("archive-prefix", "APPNOTE 4.1.9", "{found} bytes precede the zip file.", "Upload the plain zip file."),
        ("top-folder", "CP 2", "The manifest is not at the top of the package but in {found}.", "Pack the folder's contents, not the folder."),
        ("file-outside-top-folder", "CP 2", "The file lies outside the manifest's folder and is left out: {found}.", "Put all files beside or below the manifest."),
        ("manifest-case", "CP 2", "The manifest is called {found}.", "Rename it to the standard's name, in lower case."),
    ),
]

_FORMAT = [
    *_rows(
        Kind.ERROR,
        ("manifest-missing", "CP 2", "No imsmanifest.xml, cmi5.xml or tincan.xml in the package; it holds {found}.", "Export as SCORM, cmi5 or Tin Can, and upload that zip file."),
        ("manifest-several", "CP 2", "Several folders hold a manifest: {found}.", "Upload one package at a time."),
        ("package-nested", "CP 2", "The zip file holds another zip file instead of a manifest: {found}.", "Unpack it once and upload the inner zip file."),
        ("manifest-size", "limit", "The manifest is larger than {limit} bytes.", "Split the course, or raise the limit."),
        ("format-unknown", "CP 4", "The root element is {found}, not that of a course format we know.", "Export as SCORM, cmi5 or Tin Can."),
        ("format-scorm-11", "SCORM 1.1", "This is a SCORM 1.1 (or older) course: {found}. It has another run-time interface.", "Export it as SCORM 1.2 or SCORM 2004."),
        ("format-aicc", "CMI001", "This is an AICC course: {found}.", "Export it as SCORM 1.2 or SCORM 2004."),
        ("format-common-cartridge", "CC 1", "This is an IMS Common Cartridge: {found}.", "Export it as SCORM 1.2 or SCORM 2004."),
    ),
    *_rows(
        Kind.LENIENCY,
        ("schemaversion-missing", "CAM 3.4.1.3", "The manifest does not say its schemaversion; taken as {taken}.", "Add <schemaversion> to the manifest's metadata."),
        ("schemaversion-unknown", "CAM 3.4.1.3", "The schemaversion is {found}; taken as {taken}.", "Write 1.2, CAM 1.3, 2004 3rd Edition or 2004 4th Edition."),
    ),
    *_rows(
        Kind.WARNING,
        ("schema-unchecked", "limit", "The manifest has more than {limit} elements; it was checked by rules, not by its schema.", "Split the course."),
        ("format-several", "CP 2", "The package also holds {found}; it is not read.", "Leave one format in the package."),
    ),
]

_XML = [
    *_rows(
        Kind.ERROR,
        ("xml-malformed", "XML 2.1", "The file is not well-formed XML: {found}.", "Mend the XML at this line."),
        ("xml-entity", "safety", "The file declares a document type with contents of its own: {found}.", "Remove the DOCTYPE; write characters instead of entities."),
        ("xml-elements", "limit", "The file has more than {limit} tags.", "Split the course, or raise the limit."),
    ),
    *_rows(
        Kind.LENIENCY,
        ("xml-doctype", "CAM 3.4", "The file refers to a document type, which is not read.", "Remove the DOCTYPE."),
        ("xml-encoding-guessed", "XML 4.3.3", "The file is not {found} as it declares; read as {taken}.", "Save the file as UTF-8."),
        ("xml-leading-space", "XML 2.8", "White space precedes the XML declaration.", "Let the file begin with <?xml."),
        ("xml-control-character", "XML 2.2", "The file has characters that XML forbids; they are left out.", "Remove the control characters."),
        ("xml-ampersand", "XML 2.4", "An ampersand is not written as &amp;: {found}.", "Write &amp; instead of &."),
        ("xml-html-entity", "XML 4.1", "The entity {found} is one of HTML, not of XML.", "Write the character itself."),
        ("namespace-undeclared", "XML Names 5", "A prefix is not declared: {found}.", "Declare the prefix on the root element."),
        ("namespace-missing", "CAM 3.4.2", "The element has no namespace; read as {taken}.", "Declare the standard's namespace."),
        ("namespace-wrong", "CAM 3.4.2", "The namespace is {found}; read as {taken}.", "Declare the standard's namespace."),
        ("attribute-namespace", "CAM 3.4.2", "The attribute {found} is in the wrong namespace; read as {taken}.", "Use the standard's prefix and namespace."),
        ("name-case", "CAM 3.4.1", "{found} is written in the wrong letter case; read as {taken}.", "Write it as the standard does."),
        ("schema", "CAM 3.4", "The manifest breaks the schema: {found}.", "Mend the element as the message says."),
    ),
]

_MANIFEST = [
    *_rows(
        Kind.ERROR,
        ("organization-nothing", "CAM 3.4.1.5", "The manifest has neither an organization nor a resource that could be launched.", "Add an organization with an item that refers to a SCO."),
        ("nothing-to-launch", "CAM 3.4.1.8", "No item of the organization can be launched.", "Refer to a resource with an href from at least one item."),
        ("item-resource-unknown", "CAM 3.4.1.8", "The item refers to a resource that does not exist: {found}.", "Write the identifier of a resource."),
        ("resource-no-href", "CAM 3.4.1.20", "The item refers to a resource that has no href: {found}.", "Give the resource its launch file in href."),
        ("launch-file-missing", "CAM 3.4.1.20", "The launch file is not in the package: {found}.", "Add the file, or correct the resource's href."),
        ("href-outside", "CAM 3.4.3.1", "The address leads outside the package: {found}.", "Write an address relative to the manifest."),
        ("href-scheme", "safety", "The address has a scheme that is not allowed: {found}.", "Write an address relative to the manifest, or http(s)."),
        ("items-limit", "limit", "The course has more than {limit} items.", "Split the course."),
        ("sequencing-limit", "limit", "The sequencing that items refer to adds up to more than {limit} elements.", "Split the course, or raise the limit."),
        ("href-long", "limit", "The address, with its xml:base, is longer than 4,096 characters: {found}.", "Shorten the address."),
    ),
    *_rows(
        Kind.LENIENCY,
        ("organizations-missing", "CAM 3.4.1.5", "The manifest has no organization; one was made from its launchable resources.", "Add an organization."),
        ("organization-default-missing", "CAM 3.4.1.5", "The default organization is not named; {taken} was taken.", "Add the attribute default to organizations."),
        ("organization-default-unknown", "CAM 3.4.1.5", "The default organization {found} does not exist; {taken} was taken.", "Write the identifier of an organization."),
        ("identifier-missing", "CAM 3.4.1", "The element has no identifier; {taken} was given to it.", "Add an identifier."),
        ("identifier-duplicate", "CAM 3.4.1", "The identifier {found} is used before; this one became {taken}.", "Make identifiers unique in the manifest."),
        ("title-missing", "CAM 3.4.1.7", "There is no title; {taken} is shown.", "Add a title."),
        ("item-empty", "CAM 3.4.1.8", "The item has neither a resource nor items below it; it is shown as a heading.", "Give it a resource, or remove it."),
        ("item-cluster-resource", "CAM 3.4.1.8", "The item has items below it and a resource of its own ({found}); {taken}.", "Put the resource into an item of its own."),
        ("resource-duplicate", "CAM 3.4.1.20", "Two resources have the identifier {found}; the first is used.", "Make identifiers unique in the manifest."),
        ("resource-scorm-type", "CAM 3.4.1.20", "The resource's SCORM type is {found}; taken as {taken}.", "Write sco or asset."),
        ("resource-scorm-type-missing", "CAM 3.4.1.20", "The launched resource does not say whether it is a SCO; taken as {taken}.", "Add the attribute adlcp:scormType (scormtype in SCORM 1.2)."),
        ("file-missing", "CAM 3.4.1.23", "A listed file is not in the package: {found}.", "Add the file, or remove it from the list."),
        ("launch-file-unlisted", "CAM 3.4.1.20", "The launch file is not listed among the resource's files: {found}.", "List it as a file of the resource."),
        ("dependency-unknown", "CAM 3.4.1.24", "The dependency refers to a resource that does not exist: {found}.", "Write the identifier of a resource."),
        ("href-backslash", "CP 4.3", "The address has backslashes: {found}.", "Write forward slashes."),
        ("href-case", "CP 4.3", "The address differs from the file's name in letter case: {found}; read as {taken}.", "Write the name as the file has it."),
        ("href-absolute", "CP 4.3", "The address begins with a slash: {found}; read from the package's root.", "Write an address relative to the manifest."),
        ("href-space", "RFC 3986 2", "The address has spaces around it: {found}.", "Remove the spaces."),
        ("base-slash", "CAM 3.4.3.1", "The xml:base does not end with a slash: {found}.", "End xml:base with a slash."),
        ("submanifest", "CAM 3.4.1.2", "The manifest holds another manifest: {found}.", "Merge the manifests; the 4th Edition does not allow them."),
        ("value-boolean", "XSD 3.2.2", "{found} is neither true nor false; {taken} was taken.", "Write true or false."),
        ("value-number", "CAM 3.4", "{found} is not {allowed}; {taken} was taken.", "Write a number in the range of the standard."),
        ("value-vocabulary", "CAM 3.4", "{found} is none of the allowed words ({allowed}); {taken} was taken.", "Write one of the allowed words."),
        ("value-duration", "CAM 3.4", "{found} is not a duration of the standard; it is passed on as it is.", "Write the duration as the standard says."),
        ("sequencing-reference", "SN 3.1", "The sequencing refers to a collection entry that does not exist: {found}.", "Write the ID of a sequencing in the sequencingCollection."),
        ("objective-reference", "SN 3.10", "The objective {found} is not defined in this activity.", "Write the objectiveID of an objective of the activity."),
        ("objective-no-id", "SN 3.10", "An objective that is not primary has no objectiveID; it is left out.", "Give it an objectiveID."),
        ("objective-map-no-target", "SN 3.10.3", "The map names no global objective; it is left out.", "Give it a targetObjectiveID."),
        ("objective-map-two-writers", "SN 3.10.3", "Two objectives of the activity write to the global objective {found}.", "Let one of them write."),
        ("rule-empty", "SN 3.4", "The rule has no {found}; it is left out.", "Complete or remove the rule."),
        ("rule-unread", "SN 3.4", "Parts of the rule cannot be read; it is left out.", "Mend them, or remove the rule."),
    ),
    *_rows(
        Kind.WARNING,
        ("organizations-several", "CAM 3.4.1.5", "There are other organizations, which are not offered: {found}.", "Leave one organization in the package."),
        ("href-external", "CAM 3.4.1.20", "The resource lies on another server: {found}. It cannot be tracked there and may vanish.", "Put the content into the package."),
    ),
]

_CMI5 = [
    *_rows(
        Kind.ERROR,
        ("cmi5-schema", "cmi5 13.1", "The course structure breaks the schema: {found}.", "Mend the element as the message says."),
        ("cmi5-id", "cmi5 13.1", "The id is not an absolute IRI: {found}.", "Write an IRI such as https://example.com/course/1."),
        ("cmi5-id-duplicate", "cmi5 13.1", "The id {found} is used before.", "Give every AU, block and objective an id of its own."),
        ("cmi5-objective-reference", "cmi5 13.1", "The objective {found} is not defined in the structure.", "Define the objective, or correct the idref."),
        ("cmi5-text-empty", "cmi5 13.1", "The text is empty: {found}.", "Write a text."),
        ("cmi5-mastery-score", "cmi5 13.1.4", "The masteryScore is {found}, not a number from 0 to 1.", "Write a number from 0 to 1."),
        ("cmi5-url", "cmi5 14.1", "The AU's url cannot be used: {found}.", "Name a file of the package, or an absolute URL."),
        ("cmi5-url-file", "cmi5 14.1", "The AU's url names a file that is not in the package: {found}.", "Add the file, or correct the url."),
        ("cmi5-url-relative", "cmi5 14.2", "A course structure without a package has a relative url: {found}.", "Write an absolute URL, or put the structure into a zip file."),
        ("cmi5-url-parameter", "cmi5 8.1", "The AU's url uses a parameter that cmi5 needs itself: {found}.", "Rename the parameter."),
    ),
    *_rows(
        Kind.REPAIR,
        ("cmi5-folder", "cmi5 14.1", "The file cmi5.xml is not at the root of the package but in {found}.", "Pack the folder's contents, not the folder; or import with repairs."),
        ("cmi5-name", "cmi5 14.1", "The course structure is called {found}, not cmi5.xml.", "Rename it; or import with repairs."),
        ("cmi5-namespace", "cmi5 13.1", "The namespace is {found}, not https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd.", "Write the namespace of cmi5 1.0; or import with repairs."),
        ("cmi5-order", "cmi5 13.1", "The elements are not in the order of the schema; {found} comes too late.", "Write them in the schema's order; or import with repairs."),
    ),
]

_TIN_CAN = [
    *_rows(
        Kind.ERROR,
        ("tincan-activity", "Tin Can", "No activity with an id can be launched.", "Add an activity with an id and a launch address."),
        ("tincan-id", "Tin Can", "The activity's id is not an absolute IRI: {found}.", "Write an IRI such as https://example.com/course/1."),
    ),
    *_rows(
        Kind.LENIENCY,
        ("tincan-schema", "Tin Can", "The file tincan.xml breaks the schema: {found}.", "Mend the element as the message says."),
        ("tincan-namespace", "Tin Can", "The namespace is {found}, not http://projecttincan.com/tincan.xsd.", "Write the namespace of Tin Can."),
    ),
]

RULES: dict[str, Rule] = {rule.id: rule for rule in (*_ARCHIVE, *_FORMAT, *_XML, *_MANIFEST, *_CMI5, *_TIN_CAN)}
