import { Containers } from "@gantry/engine/containers/Containers"
import { Images } from "@gantry/engine/images/Images"
import { Volumes } from "@gantry/engine/volumes/Volumes"
import * as ImageRef from "@gantry/core/image/ImageRef"
import { format as platformText } from "@gantry/core/image/Platform"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as tables from "../../argv/tables/projects/looking.ts"
import { printListing } from "../../commands/listing.ts"
import { plain } from "../../commands/Usage.ts"
import { humanSize } from "../../show/size.ts"
import { shortId } from "../../show/text.ts"
import { ago } from "../../show/time.ts"
import { defineProject } from "../define-project.ts"
import { label } from "../labels.ts"
import { meantMembers, meantServices } from "../life/meant.ts"
import { allMembers, membersAmong } from "../life/members.ts"

const partsOf = (name: string): { readonly repository: string; readonly tag: string } =>
  Either.match(ImageRef.parse(name), {
    onLeft: () => ({ repository: name, tag: "<none>" }),
    onRight: (ref) => ({ repository: ImageRef.familiarName(ref), tag: ref.tag ?? "<none>" })
  })

/** `gantry compose images`. */
export const images = defineProject(tables.images, ({ operands, options }, context) =>
  Effect.gen(function* () {
    const { terminal } = context
    const { members } = yield* meantMembers(context, operands)
    const store = yield* Images
    const found = yield* Effect.forEach(members, ({ record }) =>
      Effect.gen(function* () {
        const image = Option.getOrUndefined(yield* Effect.option(store.find(record.image)))
        const config =
          image === undefined ? undefined : Option.getOrUndefined(yield* Effect.option(store.config(image)))
        const { repository, tag } = partsOf(record.imageName)
        const platform = config === undefined ? "" : platformText(config)
        return { record, image, repository, tag, platform }
      })
    )
    if (options.format === "json") {
      // One array, with numbers, as docker compose prints it.
      const objects = found.map(({ image, platform, record, repository, tag }) => ({
        ID: record.image,
        ContainerName: record.name,
        Repository: repository,
        Tag: tag,
        Platform: platform,
        Size: image?.size ?? 0,
        ...(image === undefined || image.createdAt === 0 ? {} : { Created: new Date(image.createdAt).toISOString() })
      }))
      terminal.out(`${JSON.stringify(objects)}\n`)
      return 0
    }
    const rows = found.map(({ image, platform, record, repository, tag }) => ({
      ID: options.quiet ? record.image : shortId(record.image),
      ContainerName: record.name,
      Repository: repository,
      Tag: tag,
      Platform: platform,
      Size: image === undefined ? "N/A" : humanSize(image.size),
      CreatedSince: image === undefined || image.createdAt === 0 ? "N/A" : ago(image.createdAt, terminal.now())
    }))
    return yield* printListing(
      options.format,
      {
        rows,
        headers: {
          ContainerName: "CONTAINER",
          Repository: "REPOSITORY",
          Tag: "TAG",
          Platform: "PLATFORM",
          ID: "IMAGE ID",
          Size: "SIZE",
          CreatedSince: "CREATED"
        },
        columns: ["ContainerName", "Repository", "Tag", "Platform", "ID", "Size", "CreatedSince"],
        ...(options.quiet ? { only: "ID" } : {})
      },
      terminal
    )
  })
)

/** `gantry compose volumes`. */
export const volumes = defineProject(tables.volumes, ({ operands, options }, context) =>
  Effect.gen(function* () {
    const { names, project } = yield* meantServices(context, operands)
    const used = new Set(
      (yield* allMembers(project.name)).flatMap(({ record, service }) =>
        names.has(service) ? record.mounts.map(({ name }) => name) : []
      )
    )
    const rows = (yield* (yield* Volumes).list)
      .filter((volume) => volume.labels[label.project] === project.name)
      .filter((volume) => operands.length === 0 || used.has(volume.name))
      .map(({ name, path }) => ({ Name: name, Driver: "local", Mountpoint: path, Scope: "local" }))
    return yield* printListing(
      options.format,
      {
        rows,
        headers: { Driver: "DRIVER", Name: "VOLUME NAME", Mountpoint: "MOUNTPOINT", Scope: "SCOPE" },
        columns: ["Driver", "Name"],
        ...(options.quiet ? { only: "Name" } : {})
      },
      context.terminal
    )
  })
)

/** `running(2), exited(1)`. */
const statesText = (states: ReadonlyArray<string>): string =>
  [...new Set(states)]
    .toSorted()
    .map((state) => `${state}(${states.filter((each) => each === state).length})`)
    .join(", ")

/** `gantry compose ls`. */
export const list = defineProject(tables.list, ({ options }, { terminal }) =>
  Effect.gen(function* () {
    const patterns = options.filter.map((text) => {
      const [key, value = ""] = text.split("=")
      return key === "name" ? value : undefined
    })
    if (patterns.includes(undefined)) {
      return yield* plain(`invalid filter ${options.filter.join(" ")}`, "there is name=PROJECT")
    }
    const byProject = Map.groupBy(yield* (yield* Containers).list, ({ labels }) => labels[label.project])
    const projects = [...byProject].flatMap(([name, records]) => (name === undefined ? [] : [{ name, records }]))
    const found = yield* Effect.forEach(
      projects.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      ({ name, records }) =>
        Effect.map(membersAmong(records), (members) => ({
          name,
          members,
          files: records[0]?.labels[label.files] ?? ""
        }))
    )
    const rows = found
      .map(({ files, members, name }) => ({
        Name: name,
        Status: statesText(members.map(({ state }) => (state.status === "lost" ? "exited" : state.status))),
        ConfigFiles: files
      }))
      .filter(({ Status }) => options.all || /running|restarting/.test(Status))
      .filter(({ Name }) => patterns.every((pattern) => Name.includes(pattern ?? "")))
    if (options.format === "json") {
      // One array, as docker compose prints it here and nowhere else.
      terminal.out(`${JSON.stringify(rows)}\n`)
      return 0
    }
    return yield* printListing(
      options.format,
      {
        rows,
        headers: { Name: "NAME", Status: "STATUS", ConfigFiles: "CONFIG FILES" },
        columns: ["Name", "Status", "ConfigFiles"],
        ...(options.quiet ? { only: "Name" } : {})
      },
      terminal
    )
  })
)
