/** What a client of a registry wants. Spec: OCI distribution-spec, section "Endpoints". */
export type Route =
  | { readonly type: "version" }
  | { readonly type: "catalog" }
  | { readonly type: "tags"; readonly repository: string }
  | { readonly type: "manifest"; readonly repository: string; readonly reference: string }
  | { readonly type: "blob"; readonly repository: string; readonly digest: string }
  /** It would change something. */
  | { readonly type: "change" }
  | { readonly type: "unknown" }

/** Reads a request's line. Pure. */
export const routeOf = (method: string, url: string): Route => {
  const [path = ""] = url.split("?")
  if (!path.startsWith("/v2/") && path !== "/v2") return { type: "unknown" }
  if (method !== "GET" && method !== "HEAD") return { type: "change" }
  if (path === "/v2" || path === "/v2/") return { type: "version" }
  if (path === "/v2/_catalog") return { type: "catalog" }
  const [, repository = "", kind, last = ""] = /^\/v2\/(.+)\/(tags|manifests|blobs)\/([^/]+)$/.exec(path) ?? []
  if (kind === "tags") return last === "list" ? { type: "tags", repository } : { type: "unknown" }
  if (kind === "manifests") return { type: "manifest", repository, reference: last }
  if (kind === "blobs") return { type: "blob", repository, digest: last }
  return { type: "unknown" }
}
