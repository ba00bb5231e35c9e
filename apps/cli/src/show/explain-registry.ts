import { localKinds } from "@gantry/core/image/ImageSource"
import type { RegistryError } from "@gantry/core/registry/RegistryError"
import type { Explanation } from "./Explanation.ts"

/** What is said of failures of registries. */
export const explainRegistry = (failure: RegistryError): Explanation => {
  switch (failure._tag) {
    case "ImageNotFound":
      if (localKinds.some((kind) => failure.reference.startsWith(`${kind}:`))) {
        return { what: failure.message, why: "the folder or archive holds no such image or part of one" }
      }
      return {
        what: failure.message,
        why: "the registry has nothing under this name, or does not show it without a login",
        todo: "check the spelling of the name and the tag; gantry login for private images"
      }
    case "LoginRequired":
      return { what: failure.message, todo: `gantry login ${failure.registry}` }
    case "RegistryRefused": {
      const todo = refusedHint(failure.code, failure.registry)
      return { what: failure.message, ...(todo === undefined ? {} : { todo }) }
    }
    case "RegistryUnavailable":
      return {
        what: `the registry ${failure.registry} is not available`,
        why: failure.why,
        todo: "check the network and the name of the registry, or try again later"
      }
    case "RegistryConfigInvalid":
      return { what: failure.message, todo: "correct the file" }
    case "RegistryBlocked":
      return { what: failure.message, todo: "take the entry out of that file if the image may be used" }
    case "CredentialsFailure":
      return { what: failure.message, todo: "correct it, or gantry login again" }
    case "LocalPlaceFailed":
      return { what: failure.message, ...(failure.reason === "Missing" ? { todo: "check the path" } : {}) }
    case "SeveralImages":
      return { what: failure.message, todo: "name one of them behind the path and a colon" }
  }
}

const refusedHint = (code: string, registry: string): string | undefined => {
  switch (code) {
    case "DENIED":
    case "UNAUTHORIZED":
      return `gantry login ${registry} with an account that may do this`
    case "TOOMANYREQUESTS":
      return "wait a while; many registries allow more after a login"
    default:
      return undefined
  }
}
