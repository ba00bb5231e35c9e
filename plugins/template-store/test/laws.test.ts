import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { ofBytes } from "@gantry/core/image/Digest"
import { BlobStore } from "@gantry/core/store/BlobStore"
import { blobLaws } from "@gantry/laws/blob-laws"
import { register } from "@gantry/laws/register"
import { Effect, Stream } from "effect"
import * as vitest from "vitest"
import * as FolderBlobs from "../src/FolderBlobs.ts"

const folder = mkdtempSync(join(tmpdir(), "gantry-template-"))
vitest.afterAll(() => rmSync(folder, { recursive: true }))

const layer = FolderBlobs.layer({ folder })

register(vitest, { name: "template-store keeps the blob laws", laws: blobLaws, layer })

vitest.test("another process finds the blobs, and no draft is left", async () => {
  const digest = ofBytes("kept")
  const run = <A, E>(work: Effect.Effect<A, E, BlobStore>) => Effect.runPromise(Effect.provide(work, layer))
  await run(Effect.flatMap(BlobStore, (store) => store.write(digest, Stream.make(new TextEncoder().encode("kept")))))
  const read = await run(Effect.flatMap(BlobStore, (store) => store.readWhole(digest)))
  vitest.expect(new TextDecoder().decode(read)).toBe("kept")
  vitest.expect(readdirSync(join(folder, "drafts"))).toEqual([])
})
