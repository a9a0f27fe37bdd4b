"""What granian's workers load: the pages, in a process that does not outlive the server that started it.

Without this a worker whose server was killed with -9 would keep the port, and answer from it, for ever.
"""

from __future__ import annotations

import os
import signal

from ..work.kin import end_with

end_with(os.getppid(), signal.SIGKILL)

from ..web.wsgi import application  # noqa: E402 - only in a process that is bound to its server

__all__ = ["application"]
