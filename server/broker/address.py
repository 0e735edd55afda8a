"""Where the broker listens and as whom the gateway speaks to it."""

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from server.errors import InvalidInputError

GATEWAY_USER = "_gateway"
"""The gateway's user at our own broker; device ids have no underscore, so no device can have this name."""


@dataclass(frozen=True)
class BrokerAddress:
    """How a client reaches the broker."""

    host: str
    port: int
    username: str
    password: str
    tls: bool = False

    @classmethod
    def parse(cls, url: str) -> "BrokerAddress":
        """Read "mqtt://user:password@host:port" ("mqtts" for TLS). Raises InvalidInputError."""
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError:
            port = -1
        if parts.scheme not in {"mqtt", "mqtts"} or not parts.hostname or port == -1:
            raise InvalidInputError(
                "Địa chỉ máy chủ MQTT không đúng. Hãy ghi theo dạng mqtt://tên:mật-khẩu@máy:cổng (mqtts nếu dùng TLS)."
            )
        tls = parts.scheme == "mqtts"
        return cls(
            host=parts.hostname,
            port=port or (8883 if tls else 1883),
            username=unquote(parts.username or GATEWAY_USER),
            password=unquote(parts.password or ""),
            tls=tls,
        )
