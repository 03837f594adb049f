import { ContainerLog } from './container-log.ts'
import type { TestContainer, TestPod } from './options.ts'
import type { PodResource } from './pod-resource.ts'
import { containerRun, containersOf, namespaceOf, podResource } from './pod-resource.ts'

export interface StoredPod {
  readonly pod: TestPod
  readonly resource: PodResource
}

export interface PodEvent {
  readonly version: number
  /** `null`: there was none. */
  readonly before: PodResource | null
  /** `null`: it was deleted. */
  readonly after: PodResource | null
}

/** How many events a watch can be behind. */
const historyLength = 100

interface Run {
  readonly id: string
  readonly log: ContainerLog
  readonly previous: ContainerLog | null
}

/** The pods, what happened to them, and the logs of their containers. */
export class PodStore {
  readonly #pods = new Map<string, StoredPod>()
  readonly #runs = new Map<string, Run>()
  readonly #incarnations = new Map<string, number>()
  readonly #watchers = new Set<(event: PodEvent) => void>()
  #history: PodEvent[] = []
  #version = 0

  constructor(pods: readonly TestPod[]) {
    for (const pod of pods) this.set(pod)
    this.#history = []
  }

  get version(): number {
    return this.#version
  }

  /** `null`: all namespaces. */
  list(namespace: string | null): readonly StoredPod[] {
    const all = [...this.#pods.values()]
    return all.filter(({ pod }) => namespace === null || namespaceOf(pod) === namespace)
  }

  find(namespace: string | null, name: string): StoredPod | undefined {
    return this.#pods.get(`${namespace}/${name}`)
  }

  /** Adds a pod, or changes the one of its name. */
  set(pod: TestPod): void {
    const key = keyOf(pod)
    const before = this.#pods.get(key)?.resource ?? null
    const incarnation = this.#incarnations.get(key) ?? 0
    this.#version += 1
    const resource = podResource(pod, { incarnation, version: this.#version, before })
    this.#pods.set(key, { pod, resource })
    for (const container of containersOf(pod)) this.#run(pod, container)
    this.#tell({ version: this.#version, before, after: resource })
  }

  /** A later pod of that name is another one. */
  delete(name: string, namespace: string): void {
    const key = `${namespace}/${name}`
    const stored = this.#pods.get(key)
    if (stored === undefined) throw new Error(`there is no pod ${key}`)
    this.#pods.delete(key)
    this.#incarnations.set(key, (this.#incarnations.get(key) ?? 0) + 1)
    this.#version += 1
    for (const container of containersOf(stored.pod)) {
      const runKey = `${key}/${container.name}`
      this.#runs.get(runKey)?.log.end()
      this.#runs.delete(runKey)
    }
    this.#tell({ version: this.#version, before: stored.resource, after: null })
  }

  /** What happened after a version; `null`: nobody remembers. */
  since(version: number): readonly PodEvent[] | null {
    const forgotten = this.#version - this.#history.length
    return version < forgotten ? null : this.#history.filter((event) => event.version > version)
  }

  watch(watcher: (event: PodEvent) => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  log(pod: TestPod, container: TestContainer): ContainerLog {
    return this.#runs.get(`${keyOf(pod)}/${container.name}`)?.log ?? new ContainerLog()
  }

  previousLog(pod: TestPod, container: TestContainer): ContainerLog | null {
    return this.#runs.get(`${keyOf(pod)}/${container.name}`)?.previous ?? null
  }

  /** A container that was started again has a new log, and one that has ended an end of its log. */
  #run(pod: TestPod, container: TestContainer): void {
    const key = `${keyOf(pod)}/${container.name}`
    const known = this.#runs.get(key)
    const { id, running } = containerRun(pod, container)
    const log = known?.id === id ? known.log : new ContainerLog(container.logs)
    if (known !== undefined && known.id !== id) known.log.end()
    const { previousLogs } = container
    const older = known?.id === id ? known.previous : (known?.log ?? null)
    const previous = previousLogs === undefined ? older : new ContainerLog(previousLogs)
    this.#runs.set(key, { id, log, previous })
    if (!running) log.end()
  }

  #tell(event: PodEvent): void {
    this.#history = [...this.#history, event].slice(-historyLength)
    for (const watcher of this.#watchers) watcher(event)
  }
}

function keyOf(pod: TestPod): string {
  return `${namespaceOf(pod)}/${pod.name}`
}
