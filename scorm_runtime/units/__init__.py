"""Content that is launched by an address and tells what happens in statements: units of cmi5, activities of Tin Can."""
