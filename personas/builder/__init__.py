"""Forms of criteria, pure: a condition tree as the fields of a form, and back.

names (fields of a form by place) · write (a tree → what its form shows) · read (what was posted → a tree) · shape
(adding, dropping, wrapping while typing) · settings (bands, cells and the rest). What nobody touched comes back as it was.
"""
