import { describe, expect, it } from "vitest"
import { readApk, readDistribution, readDpkg } from "../../src/attest/package-databases.ts"
import { packageUrl, spdxOf } from "../../src/attest/spdx.ts"

describe("databases of packages", () => {
  it("of dpkg list what is installed, each with its source", () => {
    const text = `Package: libc6
Status: install ok installed
Architecture: amd64
Multi-Arch: same
Source: glibc
Version: 2.36-9+deb12u4
Description: GNU C Library
 Version: not this one

Package: kept
Status: hold ok installed
Version: 1:2

Package: half
Status: install ok half-installed
Version: 3

Package: gone
Status: deinstall ok config-files
Version: 4
`
    expect(readDpkg(text)).toEqual([
      { kind: "deb", name: "libc6", version: "2.36-9+deb12u4", architecture: "amd64", source: "glibc" },
      { kind: "deb", name: "kept", version: "1:2", architecture: "" }
    ])
    // Images without dpkg: a file for each package, with no status.
    expect(readDpkg("Package: tzdata\nVersion: 2024a\nArchitecture: all\n")).toHaveLength(1)
  })

  it("of apk list packages with their licenses", () => {
    const musl = "C:Q1x=\nP:musl\nV:1.2.4-r2\nA:x86_64\nL:MIT\no:musl\nF:lib\nR:x\n"
    const ssl = "P:libcrypto3\nV:3.1\nA:x86_64\nL:Apache-2.0\no:openssl\n"
    expect(readApk(`${musl}\n${ssl}\n`)).toEqual([
      { kind: "apk", name: "musl", version: "1.2.4-r2", architecture: "x86_64", license: "MIT" },
      {
        kind: "apk",
        name: "libcrypto3",
        version: "3.1",
        architecture: "x86_64",
        license: "Apache-2.0",
        source: "openssl"
      }
    ])
  })

  it.each(["", "\n\n\n", "Package\n", "Package: a\n", "P:\nV:1\n", "\0".repeat(100)])("list nothing in %j", (text) => {
    expect([readDpkg(text), readApk(text)]).toEqual([[], []])
  })

  it.each([
    ['ID=debian\nVERSION_ID="12"\n', { id: "debian", version: "12" }],
    ["NAME='X'\nID='alpine'\nVERSION_ID=3.19.1\n", { id: "alpine", version: "3.19.1" }],
    ["ID=debian\n", { id: "debian", version: "" }],
    ["ID=../x\n", undefined],
    ["", undefined]
  ])("belong to the distribution that %j names", (text, found) => {
    expect(readDistribution(text)).toEqual(found)
  })

  it("give package URLs, and the same document for the same packages in any order", () => {
    const debian = { id: "debian", version: "12" }
    const one = { kind: "deb", name: "g++", version: "4:12.2.0-3", architecture: "amd64" } as const
    const two = { kind: "deb", name: "zlib1g", version: "1", architecture: "amd64", source: "zlib" } as const
    expect(packageUrl(one, debian)).toBe("pkg:deb/debian/g%2B%2B@4%3A12.2.0-3?arch=amd64&distro=debian-12")
    expect(packageUrl(two, undefined)).toBe("pkg:deb/debian/zlib1g@1?arch=amd64&upstream=zlib")
    const about = { name: "app:1", created: "2024-01-02T03:04:05.678Z", distribution: debian }
    const document = spdxOf([one, two], about)
    expect(spdxOf([two, one, two], about)).toEqual(document)
    expect(document.predicate).toMatchObject({ creationInfo: { created: "2024-01-02T03:04:05Z" } })
  })
})
