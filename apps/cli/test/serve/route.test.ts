import { describe, expect, it } from "vitest"
import { routeOf } from "../../src/serve/route.ts"

describe("what a client of the served images wants", () => {
  const digest = `sha256:${"a".repeat(64)}`
  it.each([
    ["GET", "/v2/", { type: "version" }],
    ["GET", "/v2", { type: "version" }],
    ["GET", "/v2/_catalog?n=5", { type: "catalog" }],
    ["GET", "/v2/app/tags/list?n=100", { type: "tags", repository: "app" }],
    ["HEAD", "/v2/ghcr.io/o/app/manifests/1", { type: "manifest", repository: "ghcr.io/o/app", reference: "1" }],
    ["GET", `/v2/tags/list/blobs/${digest}`, { type: "blob", repository: "tags/list", digest }],
    ["GET", "/v2/app/tags/other", { type: "unknown" }],
    ["GET", "/v2/app", { type: "unknown" }],
    ["GET", "/v2//manifests/1", { type: "unknown" }],
    ["GET", "/", { type: "unknown" }],
    ["POST", "/v2/app/blobs/uploads/", { type: "change" }],
    ["DELETE", "/v2/app/manifests/1", { type: "change" }]
  ])("%s %s", (method, url, route) => expect(routeOf(method, url)).toEqual(route))
})
