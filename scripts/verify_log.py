"""Check a Shanzhi log with nothing but Python: verify_log.py SOURCE [--key KEY] [--event FILE] [--state FILE].

SOURCE is a site (https://…) or a saved /api/v1/audit/bundle; KEY its public key, known from outside the site; EVENT a
saved /api/v1/audit/events/NUMBER; STATE keeps the last head for the next run. Ends with 1 when anything does not hold.
"""
import argparse, base64, hashlib, itertools, json, os, sys, urllib.parse, urllib.request
P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493  # Ed25519 (RFC 8032): -x² + y² = 1 + D x² y²
D = -121665 * pow(121666, -1, P) % P
def point(data):  # (x, y) from 32 bytes: y, and in the highest bit whether x is odd
    y, odd = int.from_bytes(data, "little") & (1 << 255) - 1, data[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
    assert x * x % P == square, "no point of the curve"
    return (P - x if x & 1 != odd else x), y
def add(a, b):
    t = D * a[0] * b[0] * a[1] * b[1]
    return (a[0] * b[1] + b[0] * a[1]) * pow(1 + t, -1, P) % P, (a[1] * b[1] + a[0] * b[0]) * pow(1 - t, -1, P) % P
def times(n, a):
    total = (0, 1)
    while n:
        total, a, n = add(total, a) if n & 1 else total, add(a, a), n >> 1
    return total
def holds(key, message, signature):  # whether R = s B - k A, where B is the base point and A the key
    k, s = hashlib.sha512(signature[:32] + key + message).digest(), int.from_bytes(signature[32:], "little")
    x, y = point(key)
    x, y = add(times(s, point(b"\x58" + b"\x66" * 31)), times(int.from_bytes(k, "little") % ORDER, (P - x, y)))
    return s < ORDER and (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]
def signed(note, vkey):  # a note: text, empty line, lines `— name base64(id, signature)`; vkey: name+id+base64(1, key)
    text, lines = note.split("\n\n")
    name, _, key = vkey.split("+", 2)
    mine = [base64.b64decode(line.split(" ")[2])[4:] for line in lines.splitlines() if line.split(" ")[1] == name]
    key, message = base64.b64decode(key)[1:], text.encode() + b"\n"
    return text.startswith(name + "\n") and any(len(one) == 64 and holds(key, message, one) for one in mine)

def climb(here, last, start, path):  # from a leaf, or the old tree's edge, to the old root and the new (RFC 9162, 2.1)
    old = new = start
    for one in path:
        if here & 1 or here == last:
            old, new = (hashlib.sha256(b"\1" + one + root).digest() for root in (old, new))
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            new = hashlib.sha256(b"\1" + new + one).digest()
        here, last = here >> 1, last >> 1
    return old, new if last == 0 else None
def grew(first, old, last, new, path):  # whether the tree of `last` leaves begins with that of `first`
    up = (first & -first).bit_length() - 1
    start, *path = path if first & (first - 1) and first < last else [old, *path]
    return not first or (first, old) == (last, new) or climb(first - 1 >> up, last - 1 >> up, start, path) == (old, new)
ask, results = argparse.ArgumentParser(description=__doc__), []
list(map(ask.add_argument, ("source", "--key", "--event", "--state")))
given = ask.parse_args()
kept, event = (json.load(open(name)) if name and os.path.exists(name) else {} for name in (given.state, given.event))
query = urllib.parse.urlencode({"since": kept.get("size", 0), "digest": event.get("digest", "")})
address = f"{given.source.rstrip('/')}/api/v1/audit/bundle?{query}" if "://" in given.source else ""
bundle = json.load(urllib.request.urlopen(address) if address else open(given.source))
key, proof = given.key or kept.get("key") or bundle["heads"][0]["key"], bundle["inclusion"]
size, root = kept.get("size", 0), bytes.fromhex(kept.get("root", ""))
paths = {one["second"]: list(map(bytes.fromhex, one["path"])) for one in bundle["consistency"]}
for head in itertools.dropwhile(lambda one, first=key: one["key"] != first, bundle["heads"]):
    lines, old = head["note"].split("\n"), (size, root)
    size, root = int(lines[1]), base64.b64decode(lines[2])
    keys = [key, *(line[5:] for line in lines if line.startswith("next "))]
    results.append((f"head of {size} leaves is signed", all(signed(head["note"], one) for one in keys)))
    results.append((f"head of {size} leaves goes on from {old[0]}", grew(*old, size, root, paths.get(size, []))))
    key = keys[-1]
if proof:
    leaf = hashlib.sha256(b"\0event " + proof["digest"].encode()).digest()
    top = climb(proof["index"], proof["size"] - 1, leaf, map(bytes.fromhex, proof["path"]))[1]
    results.append((f"event {proof['digest']} is in it, at {proof['index']}", (proof["size"], top) == (size, root)))
if event:
    content = json.dumps(event["content"], ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    digest = "sha256:" + hashlib.sha256(bytes.fromhex(event["nonce"]) + content).hexdigest()
    results.append(("the saved event is that event", proof and digest == event["digest"] == proof["digest"]))
print(*(f"{'ok  ' if good else 'FAIL'} {words}" for words, good in results), f"key  {key}", sep="\n")
sound = bool(results or kept) and all(good for _, good in results)
if given.state and sound:
    json.dump({"size": size, "root": root.hex(), "key": key}, open(given.state, "w"))
sys.exit(not sound)
