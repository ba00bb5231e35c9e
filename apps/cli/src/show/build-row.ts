import type { BuildRecord, StepRecord } from "@gantry/engine/build-logs/BuildRecord"
import { ago } from "./time.ts"

/** Headers of the fields that `build history --format` knows. */
export const buildHeaders = {
  ID: "BUILD",
  Names: "NAMES",
  Status: "STATUS",
  Created: "CREATED",
  Duration: "DURATION",
  Steps: "STEPS",
  Cached: "CACHED",
  Image: "IMAGE",
  Dockerfile: "DOCKERFILE"
} as const

/** The fields that `build history` shows, in this order. */
export const buildColumns = ["ID", "Names", "Status", "Created", "Duration", "Steps", "Cached", "Dockerfile"] as const

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)}s`

/** One line of `build history`. */
export const buildRow = (build: BuildRecord, now: number) => ({
  ID: build.id,
  Names: build.names.length === 0 ? "<none>" : build.names.join(","),
  Status: build.status,
  Created: ago(build.startedAt, now),
  Duration: build.endedAt === undefined ? "-" : seconds(build.endedAt - build.startedAt),
  Steps: `${build.steps.length}`,
  Cached: `${build.steps.filter(({ how }) => how === "cached").length}`,
  Image: build.image ?? "",
  Dockerfile: build.dockerfile
})

/** `#3 [web 2/5] RUN make`: how a step is announced. */
export const stepTitle = ({ index, number, stage, text, total }: StepRecord): string =>
  `#${index} [${stage === "stage-0" ? "" : `${stage} `}${number}/${total}] ${text}`

/** `#3 DONE 0.4s`: how a step is concluded. */
export const stepEnd = ({ how, index, tookMs = 0, why = "" }: StepRecord): string => {
  switch (how) {
    case "cached":
      return `#${index} CACHED`
    case "failed":
      return `#${index} ERROR: ${why}`
    case "running":
      return `#${index} NOT ENDED`
    case "applied":
    case "ran":
      return `#${index} DONE ${seconds(tookMs)}`
  }
}
