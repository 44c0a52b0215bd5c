"""A second reader of Docket's formats, written from the pages in Protocol/ alone (none of the Swift code).

It shares nothing with the product but the pages: another language, other libraries. Where it and the product
disagree, one of them or the page is wrong.
"""
