import { describe, expect, it } from "vitest"
import { makeRecording } from "../src/ffi/recording.ts"
import { readXattrs } from "../src/xattr.ts"

describe("extended attributes", () => {
  it("are listed in the order of their names, without those that went away meanwhile", () => {
    const { syscalls, error } = makeRecording({
      llistxattr: () => ["user.b", "user.gone", "user.a"],
      lgetxattr: (path, name) => {
        if (name === "user.gone") throw error("lgetxattr", "ENODATA", path, name)
        return new TextEncoder().encode(String(name))
      }
    })
    expect(readXattrs(syscalls, "f").map(({ name, value }) => [name, new TextDecoder().decode(value)])).toEqual([
      ["user.a", "user.a"],
      ["user.b", "user.b"]
    ])
  })

  it("are none where the file system has none, and an error where the file cannot be read", () => {
    const { syscalls, failNext } = makeRecording()
    failNext("llistxattr", "EOPNOTSUPP")
    expect(readXattrs(syscalls, "f")).toEqual([])
    failNext("llistxattr", "EACCES")
    expect(() => readXattrs(syscalls, "f")).toThrow("EACCES")
  })
})
