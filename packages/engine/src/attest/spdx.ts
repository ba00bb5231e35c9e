import { ofBytes } from "@gantry/core/image/Digest"
import type { Attestation } from "./Attestation.ts"
import type { Distribution, ListedPackage } from "./package-databases.ts"

/** What a list of packages is about. */
export interface SpdxSubject {
  /** As people call it. */
  readonly name: string
  /** RFC 3339. */
  readonly created: string
  readonly distribution: Distribution | undefined
}

/**
 * The packages of an image as an SPDX document: those that databases list, and nothing guessed. The same packages give the
 * same document.
 *
 * Spec: SPDX 2.3.
 */
export const spdxOf = (packages: ReadonlyArray<ListedPackage>, subject: SpdxSubject): Attestation => {
  const { created, distribution, name } = subject
  const listed = packages
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
    .map((each) => packageOf(each, distribution))
  const unique = [...new Map(listed.map((each) => [each.SPDXID, each])).values()]
  return {
    predicateType: "https://spdx.dev/Document",
    predicate: {
      spdxVersion: "SPDX-2.3",
      dataLicense: "CC0-1.0",
      SPDXID: "SPDXRef-DOCUMENT",
      name,
      documentNamespace: `urn:gantry:spdx:${ofBytes(JSON.stringify([name, created, unique])).slice("sha256:".length)}`,
      creationInfo: { created: created.replace(/\.\d+Z$/, "Z"), creators: ["Tool: gantry"] },
      comment:
        "The packages that the databases of dpkg or apk in the image list as installed. What was put there otherwise is not listed.",
      packages: unique,
      relationships: unique.map(({ SPDXID }) => ({
        spdxElementId: "SPDXRef-DOCUMENT",
        relationshipType: "DESCRIBES",
        relatedSpdxElement: SPDXID
      }))
    }
  }
}

const keyOf = ({ architecture, name, version }: ListedPackage): string => `${name} ${version} ${architecture}`

const none = "NOASSERTION"

const packageOf = (each: ListedPackage, distribution: Distribution | undefined) => {
  const url = packageUrl(each, distribution)
  return {
    SPDXID: `SPDXRef-${each.kind}-${ofBytes(url).slice("sha256:".length, "sha256:".length + 16)}`,
    name: each.name,
    versionInfo: each.version,
    downloadLocation: none,
    filesAnalyzed: false,
    licenseConcluded: none,
    licenseDeclared: none,
    ...(each.license === undefined ? {} : { licenseComments: `its package says: ${each.license}` }),
    copyrightText: none,
    ...(each.source === undefined ? {} : { sourceInfo: `made from the source package ${each.source}` }),
    externalRefs: [{ referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: url }]
  }
}

/** Spec: purl-spec, types "deb" and "apk". */
export const packageUrl = (
  { architecture, kind, name, source, version }: ListedPackage,
  distribution: Distribution | undefined
): string => {
  const vendor = distribution?.id ?? (kind === "deb" ? "debian" : "alpine")
  const qualifiers = [
    ...(architecture === "" ? [] : [["arch", architecture] as const]),
    ...(distribution === undefined
      ? []
      : [["distro", [distribution.id, distribution.version].filter((part) => part !== "").join("-")] as const]),
    ...(source === undefined ? [] : [["upstream", source] as const])
  ]
  const query = qualifiers.map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join("&")
  return `pkg:${kind}/${vendor}/${encodeURIComponent(name)}@${encodeURIComponent(version)}${query === "" ? "" : `?${query}`}`
}
