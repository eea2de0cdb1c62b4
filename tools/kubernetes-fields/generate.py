"""Writes graph/kubernetes-fields.json: which fields each Kubernetes kind has, in which versions.

The JSON schemas of Kubernetes 1.25 to 1.37 come from the PyPI package kubernetes-validate (they are upstream's OpenAPI).
    python3 -m venv venv && venv/bin/pip install kubernetes-validate==1.37.0
    venv/bin/python tools/kubernetes-fields/generate.py > graph/kubernetes-fields.json

Form:  { versions: [first, last], kinds: { "apps/v1/Deployment": [type, since, until] }, types: [ { field: spec } ] }
A spec is a string: s string, i integer, n number, b boolean, x anything, <number> a type; prefix [ list of, prefix { map of;
suffix ! required; suffix @since-until where a field is not in every version.
"""
import json, pathlib, re, sys
import kubernetes_validate

root = pathlib.Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema"
minors = sorted(int(re.match(r"v1\.(\d+)\.0-local$", p.name)[1]) for p in root.iterdir() if re.match(r"v1\.(\d+)\.0-local$", p.name))
first, last = minors[0], minors[-1]
PREFIX = "#/$defs/"
ANYTHING = {"IntOrString", "Quantity", "JSON", "RawExtension", "FieldsV1", "JSONSchemaPropsOrBool", "JSONSchemaPropsOrArray",
            "JSONSchemaPropsOrStringArray"}

names, types, kinds = {}, {}, {}

def kind_of(type_, schema):
    t = schema.get("type")
    t = [x for x in t if x != "null"] if isinstance(t, list) else [t]
    return t[0] if t else None

def spec(schema):
    ref = schema.get("$ref") or next((p["$ref"] for p in schema.get("allOf", []) + schema.get("oneOf", []) if "$ref" in p), None)
    if ref:
        name = ref.split("$defs/")[1].split("/")[-1]
        short = name.split(".")[-1]
        if short in ANYTHING:
            return "x"
        if short in ("Time", "MicroTime"):
            return "s"
        return name
    t = kind_of(None, schema)
    if t == "array":
        return "[" + spec(schema.get("items", {}))
    if t == "object":
        extra = schema.get("additionalProperties")
        return "{" + spec(extra) if isinstance(extra, dict) and extra else "x"
    return {"string": "s", "integer": "i", "number": "n", "boolean": "b"}.get(t, "x")

for minor in minors:
    definitions = json.loads((root / f"v1.{minor}.0-local" / "_definitions.json").read_text())
    definitions = definitions.get("$defs") or definitions.get("definitions") or definitions
    for name, schema in definitions.items():
        properties = schema.get("properties")
        if properties is None:
            continue
        required = set(schema.get("required", []))
        fields = types.setdefault(name, {})
        for field, s in properties.items():
            entry = fields.setdefault(field, {"spec": spec(s), "required": field in required, "in": []})
            entry["spec"] = spec(s)
            entry["required"] = field in required
            entry["in"].append(minor)
        for gvk in schema.get("x-kubernetes-group-version-kind", []):
            if "metadata" in properties and not gvk["kind"].endswith("List") and gvk["kind"] not in ("Status", "DeleteOptions", "WatchEvent"):
                group = gvk.get("group") or ""
                key = (f"{group}/" if group else "") + f"{gvk['version']}/{gvk['kind']}"
                kinds.setdefault(key, [name, []])[1].append(minor)

reach, stack = set(), [name for name, _ in kinds.values()]
while stack:
    name = stack.pop()
    if name in reach or name not in types:
        continue
    reach.add(name)
    stack += [re.sub(r"^[\[{]+", "", f["spec"]) for f in types[name].values()]

order = sorted(reach)
number = {name: i for i, name in enumerate(order)}
span = lambda present, of: "" if (present[0], present[-1]) == (of[0], of[-1]) else f"@{present[0]}-{present[-1]}"

def encode(entry, of):
    prefix, base = re.match(r"^([\[{]*)(.*)$", entry["spec"]).groups()
    base = str(number[base]) if base in number else (base if len(base) == 1 else "x")
    return prefix + base + ("!" if entry["required"] else "") + span(entry["in"], of)

def versions_of(name):
    present = sorted({m for f in types[name].values() for m in f["in"]})
    return present

out = {
    "versions": [first, last],
    "kinds": {k: [number[n], p[0], p[-1]] for k, (n, p) in sorted(kinds.items())},
    "types": [{f: encode(e, versions_of(name)) for f, e in sorted(types[name].items())} for name in order],
}
rows = ",\n".join(json.dumps(t, separators=(",", ":")) for t in out["types"])
head = json.dumps({"versions": out["versions"], "kinds": out["kinds"]}, separators=(",", ":"))[:-1]
print(head + ',\n"types":[\n' + rows + "\n]}")
