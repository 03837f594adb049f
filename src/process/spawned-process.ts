import type { Readable, Writable } from 'node:stream'
import type { SpawnOptions } from './options.ts'
import type { RemoteProcess } from './remote-process.ts'

/** What the options say of one of them; `undefined` when they leave it out. */
type Said<Options, Name extends keyof SpawnOptions> = Name extends keyof Options
  ? Options[Name]
  : undefined

/** A stream that is there unless its option is false. */
type Output<Option> = [Option] extends [false]
  ? null
  : [Option] extends [true | undefined]
    ? Readable
    : Readable | null

/** A `RemoteProcess` of which the options tell what streams it has, as far as they are known when it is compiled. */
export type SpawnedProcess<Options extends SpawnOptions> = RemoteProcess & {
  readonly stdin: [Said<Options, 'stdin'>] extends [true]
    ? Writable
    : [Said<Options, 'stdin'>] extends [false | undefined]
      ? null
      : Writable | null
  readonly stdout: Output<Said<Options, 'stdout'>>
  readonly stderr: [Said<Options, 'tty'>] extends [false | undefined]
    ? Output<Said<Options, 'stderr'>>
    : Extract<Said<Options, 'tty'>, false | undefined> extends never
      ? null
      : Readable | null
}

/** The options themselves, without any that there are not: inference alone would let them through. */
export type Exactly<Options extends SpawnOptions> = Options &
  Readonly<Record<Exclude<keyof Options, keyof SpawnOptions>, never>>
