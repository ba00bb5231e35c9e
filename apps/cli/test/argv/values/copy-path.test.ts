import { expect, it } from "vitest"
import { parseCopyPath } from "../../../src/argv/values/copy-path.ts"

it.each([
  ["web:/etc/x", { container: "web", path: "/etc/x" }],
  ["web:etc/a:b", { container: "web", path: "etc/a:b" }],
  ["web:", { container: "web", path: "" }],
  ["file", { path: "file" }],
  ["./odd:name", { path: "./odd:name" }],
  ["/tmp/odd:name", { path: "/tmp/odd:name" }],
  [":/x", { path: "/x" }],
  ["-", { path: "-" }]
])("%s is read as docker reads it", (text, meant) => expect(parseCopyPath(text)).toEqual(meant))
