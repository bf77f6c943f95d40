# SPDX-License-Identifier: GPL-2.0-or-later
"""A strict reading of the HTML report: every element closed, every id once, every link somewhere, nothing loaded."""
import html.parser

VOID = {"meta", "link", "input", "br"}
# Elements and attributes that the report writes; anything else came from outside.
ELEMENTS = VOID | set("html head title style body main script h1 h2 h3 h4 h5 p a dl dt dd div table caption thead tbody tr th td "
                      "pre details summary section span svg rect path text".split())
ATTRIBUTES = set("lang charset http-equiv content name rel href id class role tabindex aria-label aria-labelledby scope data-tool "
                 "viewbox style x y width height rx d".split())


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.problems, self.ids, self.links, self.counts = [], [], [], [], {}
        self.texts, self.scripts = [], []
        self.feed(text)
        self.close()
        if self.open:
            self.problems.append(f"not closed: {self.open}")
        if len(set(self.ids)) != len(self.ids):
            self.problems.append("an id comes twice")
        self.problems += [f"link to nowhere: {link}" for link in self.links if link[1:] not in self.ids]
        self.text = " ".join("".join(self.texts).split())

    def handle_starttag(self, tag, attrs):
        self.counts[tag] = self.counts.get(tag, 0) + 1
        if tag not in ELEMENTS:
            self.problems.append(f"element {tag}")
        for name, value in attrs:
            if name not in ATTRIBUTES:
                self.problems.append(f"attribute {name} of {tag}")
            if name == "id":
                self.ids.append(value)
            if name in ("aria-labelledby",) and value is not None:
                self.links += ["#" + one for one in value.split()]
            if name == "href":
                if value.startswith("#"):
                    self.links.append(value)
                elif value != "data:,":
                    self.problems.append(f"loads {value}")
        if tag not in VOID and not self.get_starttag_text().endswith("/>"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.problems.append(f"</{tag}> closes {self.open[-1:]}")
        else:
            self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] == "script":
            self.scripts.append(data)
        elif self.open and self.open[-1] != "style":
            self.texts.append(data)

    def handle_comment(self, data):
        self.problems.append("comment")
