import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { Gantry } from "./gantry.ts"
import type { RegistryServer } from "./registry.ts"

/** What an index says of one manifest. */
export interface Named {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

interface Manifest {
  readonly config: Named
  readonly layers: ReadonlyArray<Named>
}

/** An image that a registry has. */
export interface Published extends Named {
  readonly manifest: Manifest
  /** The bytes of its manifest. */
  readonly text: Uint8Array<ArrayBuffer>
  /** Bytes of its config and its layers. */
  readonly bytes: number
}

const sent = async (url: URL | string, init: RequestInit): Promise<Response> => {
  const response = await fetch(url, init)
  if (!response.ok) throw new Error(`${init.method} ${url} was answered ${response.status}: ${await response.text()}`)
  return response
}

/** Gives a registry a manifest or an index under a tag. Returns what an index would say of it. */
export const putManifest = async (
  { url }: Pick<RegistryServer, "url">,
  name: string,
  { bytes, mediaType }: { readonly mediaType: string; readonly bytes: Uint8Array<ArrayBuffer> }
): Promise<Named> => {
  const [repository, tag = "latest"] = name.split(":")
  const put = { method: "PUT", body: bytes, headers: { "content-type": mediaType } }
  await sent(`${url}/v2/${repository}/manifests/${tag}`, put)
  return { mediaType, digest: `sha256:${createHash("sha256").update(bytes).digest("hex")}`, size: bytes.length }
}

/** Gives a plain registry an image of an engine under `repository:tag`, by the protocol itself. */
export const publish = async (
  gantry: Gantry,
  image: string,
  server: Pick<RegistryServer, "url">,
  name: string
): Promise<Published> => {
  const folder = join(gantry.scratch, `published-${createHash("sha256").update(name).digest("hex").slice(0, 12)}`)
  await gantry.ok("save", "--format", "oci-dir", "-o", folder, image)
  const read = (digest: string) => new Uint8Array(readFileSync(join(folder, "blobs/sha256", digest.slice(7))))
  const index = JSON.parse(readFileSync(join(folder, "index.json"), "utf8")) as {
    readonly manifests: ReadonlyArray<Named>
  }
  const named = index.manifests.at(-1)
  if (named === undefined) throw new Error(`${image} was not saved`)
  const bytes = read(named.digest)
  const manifest = JSON.parse(Buffer.from(bytes).toString()) as Manifest
  const [repository] = name.split(":")
  for (const { digest } of [manifest.config, ...manifest.layers]) {
    const begun = await sent(`${server.url}/v2/${repository}/blobs/uploads/`, { method: "POST" })
    const place = new URL(begun.headers.get("location") ?? "", server.url)
    place.searchParams.set("digest", digest)
    const put = { method: "PUT", body: read(digest), headers: { "content-type": "application/octet-stream" } }
    await sent(place, put)
  }
  const all = [manifest.config, ...manifest.layers]
  return {
    ...(await putManifest(server, name, { mediaType: named.mediaType, bytes })),
    manifest,
    text: bytes,
    bytes: all.reduce((sum, { size }) => sum + size, 0)
  }
}
