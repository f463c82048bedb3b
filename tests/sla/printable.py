"""Printable pages have their style sheet in themselves."""

import re
from base64 import b64encode
from hashlib import sha256


def may_stand(page: str, policy: str) -> bool:
    """Whether a browser that keeps to the Content-Security-Policy shows the page as it was made."""
    inline = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    hashes = [b64encode(sha256(one.encode()).digest()).decode() for one in inline]
    return bool(hashes) and all(f"'sha256-{one}'" in policy for one in hashes)
