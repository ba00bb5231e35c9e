import type { ImageRef } from "@gantry/core/image/ImageRef"
import type { CredentialsShape } from "@gantry/core/registry/Credentials"
import type { RegistryDriver } from "@gantry/core/registry/Registry"
import * as Effect from "effect/Effect"
import { makeCaller } from "./auth/Caller.ts"
import { readSettings } from "./config/RegistryConfig.ts"
import { makeHosts, usualCertificates } from "./Hosts.ts"
import { makeHttp } from "./http/Http.ts"
import { TransportFailure } from "./http/TransportFailure.ts"
import { blobName, makePlaces } from "./Places.ts"
import { checkLogin } from "./protocol/check-login.ts"
import { fetchBlob } from "./protocol/fetch-blob.ts"
import { hasBlob } from "./protocol/has-blob.ts"
import { listTags } from "./protocol/list-tags.ts"
import { fetchManifest, putManifest } from "./protocol/manifests.ts"
import { mountBlob } from "./protocol/mount-blob.ts"
import { uploadBlob, uploadBytes } from "./protocol/upload-blob.ts"
import { remembered } from "./Remembered.ts"
import { type RetryPolicy, usualPolicy } from "./retry/retrying.ts"
import { outward, type Target } from "./Target.ts"
import { idleOf } from "./timeout.ts"

/** What the plugin is told by whoever composes it. */
export interface HttpRegistryOptions {
  /** The environment: proxies, authorities (`SSL_CERT_FILE`, `NODE_EXTRA_CA_CERTS`), `GANTRY_REGISTRY_TIMEOUT`. */
  readonly env: { readonly [name: string]: string | undefined }
  /** Absolute paths of configuration files, the strongest last; files that are not there are skipped. */
  readonly configFiles: ReadonlyArray<string>
  /** Version of gantry, for the User-Agent header. */
  readonly version: string
  readonly credentials: CredentialsShape
  /** Longest time without a byte, in seconds. Otherwise that of `GANTRY_REGISTRY_TIMEOUT`, or 60. */
  readonly timeout?: number
  /** How failures are met; what is left out is as usual. */
  readonly retry?: Partial<RetryPolicy>
  /** Directories with a directory of certificates for each host, in place of the usual ones. */
  readonly certificates?: ReadonlyArray<string>
}

/** Speaks the OCI distribution protocol. Configuration is read, and hosts are tried, when they are first needed. */
export const makeDriver = (options: HttpRegistryOptions): Effect.Effect<RegistryDriver> =>
  Effect.sync(() => {
    const { env } = options
    const policy: RetryPolicy = { ...usualPolicy, ...options.retry }
    const idle = idleOf(options)
    const http = makeHttp({ env, idle, userAgent: `gantry/${options.version}` })
    const caller = makeCaller(http, options.credentials, policy)
    const authorities = [env["SSL_CERT_FILE"], env["NODE_EXTRA_CA_CERTS"]].filter(
      (file): file is string => file !== undefined && file !== ""
    )
    const hosts = makeHosts(http, caller.learn, options.certificates ?? usualCertificates, authorities, idle)
    const settings = remembered<Effect.Effect.Success<ReturnType<typeof readSettings>>>()
    const places = makePlaces(settings.get("", readSettings(options.configFiles)), hosts)
    /** Asks the registry itself. Failures of whoever brings the bytes pass through. */
    const own = <A, E>(ref: ImageRef, ask: (target: Target) => Effect.Effect<A, E | TransportFailure>) =>
      Effect.flatMap(places.own(ref), (target) =>
        Effect.mapError(ask(target), (error) =>
          error instanceof TransportFailure ? outward(target.name)(error) : error
        )
      )
    return {
      manifest: (ref) => places.first(ref, (target) => fetchManifest(caller, target, ref)),
      fetch: (ref, digest, offset) =>
        places.firstBytes(ref, offset, (target, at) =>
          fetchBlob(caller, policy, { ...target, reference: blobName(ref, digest) }, digest, at)
        ),
      tags: (ref) => places.first(ref, (target) => listTags(caller, target)),
      hasBlob: (ref, digest) => own(ref, (target) => hasBlob(caller, target, digest)),
      push: (ref, { digest }, bytes) =>
        Effect.asVoid(own(ref, (target) => uploadBlob(caller, policy, target, bytes, digest))),
      pushBytes: (ref, { digest }, bytes) => own(ref, (target) => uploadBytes(caller, policy, target, bytes, digest)),
      upload: (ref, bytes) => own(ref, (target) => uploadBlob(caller, policy, target, bytes, undefined)),
      mount: (ref, digest, from) => own(ref, (target) => mountBlob(caller, target, digest, from)),
      tag: (ref, manifest) => own(ref, (target) => putManifest(caller, target, ref.tag, manifest)),
      check: (registry, login) =>
        own({ registry, repository: "" }, (target) => checkLogin(caller.as(login), { ...target, reference: registry }))
    }
  })
