"""The analyst API under /api/v1: one module per kind of resource, on one blueprint."""

from flask import Blueprint

bp = Blueprint("analytics", __name__, url_prefix="/api/v1", template_folder="templates")
