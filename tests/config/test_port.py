"""The port that the site is served on."""

import socket

import pytest
import typer

from shanzhi.config.commands.serve import require_free


class TestAPort:
    @pytest.mark.parametrize("shared", [False, True])
    def test_that_somebody_listens_on_is_refused_with_the_cure(self, shared: bool) -> None:
        with socket.socket() as other:
            if shared:  # as the server itself listens
                other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            with pytest.raises(typer.BadParameter, match="--port"):
                require_free("127.0.0.1", port)

    def test_that_is_free_is_taken(self) -> None:
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            port = other.getsockname()[1]
        require_free("127.0.0.1", port)
