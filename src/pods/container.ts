import type { JsonFields } from './json-fields.ts'

/** In which of a pod's lists a container is; all three kinds can be exec targets. */
export type ContainerKind = 'container' | 'init' | 'ephemeral'

/** A container as its pod's spec has it. */
export interface Container {
  readonly name: string
  readonly kind: ContainerKind
  readonly image: string
  readonly stdin: boolean
  readonly stdinOnce: boolean
  readonly tty: boolean
  /** `Always`: an init container that runs beside the others. Empty: the pod's. */
  readonly restartPolicy: string
}

/** What a container does; reasons and messages are the server's words, and empty where it has none. */
export type ContainerState =
  | { readonly kind: 'waiting'; readonly reason: string; readonly message: string }
  | { readonly kind: 'running'; readonly startedAt: Date | null }
  | {
      readonly kind: 'terminated'
      readonly reason: string
      readonly message: string
      readonly exitCode: number
      /** 0: none. */
      readonly signal: number
      readonly startedAt: Date | null
      readonly finishedAt: Date | null
    }

/** A container as its pod's status has it. */
export interface ContainerStatus {
  readonly name: string
  readonly ready: boolean
  readonly restartCount: number
  /** Such as `containerd://4f…`; empty before the first start. */
  readonly containerID: string
  readonly state: ContainerState
  /** The state of the run before this one; `null` when there was none. */
  readonly lastState: ContainerState | null
}

export function readContainer(fields: JsonFields, kind: ContainerKind): Container {
  return {
    name: fields.name('name', 'container'),
    kind,
    image: fields.string('image'),
    stdin: fields.boolean('stdin'),
    stdinOnce: fields.boolean('stdinOnce'),
    tty: fields.boolean('tty'),
    restartPolicy: fields.string('restartPolicy'),
  }
}

export function readContainerStatus(fields: JsonFields): ContainerStatus {
  return {
    name: fields.required('name'),
    ready: fields.boolean('ready'),
    restartCount: fields.integer('restartCount'),
    containerID: fields.string('containerID'),
    state: readState(fields.fields('state')) ?? { kind: 'waiting', reason: '', message: '' },
    lastState: readState(fields.fields('lastState')),
  }
}

function readState(fields: JsonFields): ContainerState | null {
  if (fields.has('running')) {
    return { kind: 'running', startedAt: fields.fields('running').time('startedAt') }
  }
  const ended = fields.has('terminated')
  if (!ended && !fields.has('waiting')) return null
  const state = fields.fields(ended ? 'terminated' : 'waiting')
  const words = { reason: state.string('reason'), message: state.string('message') }
  if (!ended) return { kind: 'waiting', ...words }
  return {
    kind: 'terminated',
    ...words,
    exitCode: state.integer('exitCode'),
    signal: state.integer('signal'),
    startedAt: state.time('startedAt'),
    finishedAt: state.time('finishedAt'),
  }
}
