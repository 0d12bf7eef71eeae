"""Small manifests of both standards, and the packages around them."""

from __future__ import annotations

from collections.abc import Mapping

from tests.packages.zips import plain

PAGE = b"<!DOCTYPE html><title>Page</title>"
SPACES_12 = 'xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2"'
SPACES_2004 = (
    'xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3"'
    ' xmlns:adlseq="http://www.adlnet.org/xsd/adlseq_v1p3" xmlns:adlnav="http://www.adlnet.org/xsd/adlnav_v1p3"'
    ' xmlns:imsss="http://www.imsglobal.org/xsd/imsss"'
)
METADATA_12 = "<metadata><schema>ADL SCORM</schema><schemaversion>1.2</schemaversion></metadata>"
METADATA_2004 = "<metadata><schema>ADL SCORM</schema><schemaversion>2004 4th Edition</schemaversion></metadata>"
ITEM = '<item identifier="I1" identifierref="R1"><title>First</title></item>'
RESOURCE_12 = '<resource identifier="R1" type="webcontent" adlcp:scormtype="sco" href="a.html"><file href="a.html"/></resource>'
RESOURCE_2004 = '<resource identifier="R1" type="webcontent" adlcp:scormType="sco" href="a.html"><file href="a.html"/></resource>'


def organizations(items: str, *, default: str = ' default="O"', after: str = "", attributes: str = "") -> str:
    return (
        f'<organizations{default}><organization identifier="O"{attributes}><title>Course</title>{items}{after}'
        "</organization></organizations>"
    )


def scorm12(
    *,
    items: str = ITEM,
    resources: str = RESOURCE_12,
    metadata: str = METADATA_12,
    spaces: str = SPACES_12,
    attributes: str = "",
    tree: str | None = None,
    after: str = "",
    declaration: str = '<?xml version="1.0" encoding="UTF-8"?>',
) -> str:
    tree = organizations(items) if tree is None else tree
    return (
        f'{declaration}\n<manifest identifier="M" version="1" {spaces}{attributes}>\n{metadata}\n{tree}\n'
        f"<resources>{resources}</resources>\n{after}</manifest>"
    )


def scorm2004(
    *,
    items: str = ITEM,
    resources: str = RESOURCE_2004,
    metadata: str = METADATA_2004,
    spaces: str = SPACES_2004,
    attributes: str = "",
    tree: str | None = None,
    after: str = "",
) -> str:
    return scorm12(
        items=items, resources=resources, metadata=metadata, spaces=spaces, attributes=attributes, tree=tree, after=after
    )


def item(inside: str = "", **attributes: str) -> str:
    """The first item with more inside it."""
    text = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<item identifier="I1" identifierref="R1"{text}><title>First</title>{inside}</item>'


def sequenced(inside: str, attributes: str = "") -> str:
    return item(f"<imsss:sequencing{attributes}>{inside}</imsss:sequencing>")


def package(manifest: str | bytes, files: Mapping[str, bytes] | None = None, name: str = "imsmanifest.xml") -> bytes:
    data = manifest.encode() if isinstance(manifest, str) else manifest
    return plain({name: data, **({"a.html": PAGE} if files is None else files)})
