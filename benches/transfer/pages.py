"""The bytes of the source files, and their CRC-64/NVME without reading them.

All files are made of pages of 4 KiB, alike but for a counter in their first 8 bytes; so no two pages are the same, any mix-up
shows, and the checksum of a page follows from its counter, since a CRC is linear: that makes a minute of Python a second.
"""

import base64
import random

PAGE = 4096
POLY = 0x9A6C9329AC4BC9B5  # CRC-64/NVME, reflected; source: the NVMe NVM command set, 64-bit guard
ONES = (1 << 64) - 1
BODY = random.Random("windlass").randbytes(PAGE - 8)


def pages(first, count):
    """count pages, counted from first."""
    out = bytearray(b"".join([bytes(8), BODY]) * count)
    for i in range(count):
        out[i * PAGE:i * PAGE + 8] = (first + i).to_bytes(8, "little")
    return bytes(out)


def _step(crc):
    return (crc >> 1) ^ POLY if crc & 1 else crc >> 1


def _table():
    out = []
    for n in range(256):
        for _ in range(8):
            n = _step(n)
        out.append(n)
    return out


TABLE = _table()


def _raw(crc, data):
    for byte in data:
        crc = TABLE[(crc ^ byte) & 255] ^ (crc >> 8)
    return crc


def _by_bytes(columns):
    """The linear map with these 64 columns, as eight tables of a byte each."""
    tables = []
    for at in range(0, 64, 8):
        table = [0] * 256
        for n in range(1, 256):
            low = n & -n
            table[n] = table[n ^ low] ^ columns[at + low.bit_length() - 1]
        tables.append(table)
    return tables


def _apply(tables, x):
    return (tables[0][x & 255] ^ tables[1][x >> 8 & 255] ^ tables[2][x >> 16 & 255] ^ tables[3][x >> 24 & 255]
            ^ tables[4][x >> 32 & 255] ^ tables[5][x >> 40 & 255] ^ tables[6][x >> 48 & 255] ^ tables[7][x >> 56])


def _skip(zeros):
    """What so many zero bytes (a power of two) do to the register."""
    columns = [_raw(1 << bit, b"\0") for bit in range(64)]
    while zeros > 1:
        tables = _by_bytes(columns)
        columns = [_apply(tables, c) for c in columns]
        zeros //= 2
    return _by_bytes(columns)


SKIP = _skip(PAGE)
BARE = _raw(0, bytes(8) + BODY)


def crc64(first, count):
    """CRC-64/NVME of count pages counted from first, in Base64 as S3 writes it."""
    # A counter in the first 8 bytes acts like the register before them: both are xored and shifted alike.
    crc = ONES
    for n in range(first, first + count):
        crc = _apply(SKIP, crc ^ n) ^ BARE
    return base64.b64encode((crc ^ ONES).to_bytes(8, "big")).decode()


if __name__ == "__main__":
    assert _raw(ONES, b"123456789") ^ ONES == 0xAE8B14860A799888  # the check value of the catalogue
    whole = _raw(ONES, pages(7, 3)) ^ ONES
    assert base64.b64encode(whole.to_bytes(8, "big")).decode() == crc64(7, 3)
    print("ok")
