"""A browser without scripts, for tests of pages."""

import re
from html.parser import HTMLParser

PASSWORD = "mật khẩu đủ dài"


class Browser:
    """Follows links and fills in forms, with its own cookies."""

    def __init__(self, client):
        self._client = client
        self.cookies = {}
        self.path = "/"
        self.html = ""

    @classmethod
    def signed_in(cls, client, username):
        made = cls(client)
        made.send("/dang-nhap", username=username, password=PASSWORD)
        return made

    def open(self, path, *, status=200):
        return self._go("GET", path, status=status)

    def send(self, path, *, status=200, files=None, **fields):
        return self._go("POST", path, status=status, data=fields, files=files)

    def _go(self, method, path, *, status, **options):
        self._client.cookies.clear()
        headers = {
            "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()),
            "Referer": f"http://testserver{self.path}",
        }
        answer = self._client.request(method, path, headers=headers, follow_redirects=False, **options)
        self.cookies.update(answer.cookies)
        self._client.cookies.clear()
        if answer.status_code == 303:
            return self._go("GET", answer.headers["location"].partition("#")[0], status=status)
        assert answer.status_code == status, answer.text
        self.path, self.html = path, answer.text
        Checked().feed(answer.text)
        return answer.text

    def forms(self):
        return re.findall(r'<form method="post" action="([^"]+)"', self.html)


class Checked(HTMLParser):
    """Every field has a name for those who do not see, every tag is closed, the language is said."""

    VOID = {"meta", "link", "input", "img", "br"}  # noqa: RUF012

    def __init__(self):
        super().__init__()
        self.open = []
        self.labelled = False

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "html":
            assert values["lang"] in {"vi", "en"}
        if tag in {"input", "select", "textarea"} and values.get("type") != "hidden":
            assert "label" in self.open or "aria-label" in values, (tag, values)
        if tag == "img":
            assert "alt" in values
        assert not any(name.startswith("on") or name == "style" for name in values)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, (tag, self.open)
