"""Stands for CPython's extension module of that name, which tests of import ask for before anything else.

Nothing is in it: extension modules in C cannot be loaded, and the tests of them fail.
"""
