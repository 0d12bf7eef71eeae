"""A learner inside a course: registrations, launches, the SCORM run-time service and the player.

`init_app` is the API of the application origin, `init_content` the player and the packages' files on the content origin.
"""

from scorm_runtime.errors import RuntimeFault
from scorm_runtime.service import Launch, Service
from scorm_runtime.settings import Settings
from scorm_runtime.store import ensure_indexes
from scorm_runtime.units.gate import SessionGate
from scorm_runtime.units.service import Units
from scorm_runtime.views import init_app, init_content

__all__ = ["Launch", "RuntimeFault", "Service", "SessionGate", "Settings", "Units", "ensure_indexes", "init_app", "init_content"]
