import type { Readable, Writable } from 'node:stream'
import { expectTypeOf, it } from 'vitest'
import type { Pod, SpawnOptions } from '../../../src/index.ts'

type Streams<Options extends SpawnOptions> = Awaited<ReturnType<typeof spawn<Options>>>

declare const pod: Pod
const spawn = <const Options extends SpawnOptions>(options: Options) =>
  pod.spawn(['x'], options as never as Parameters<typeof pod.spawn<Options>>[1])

it('streams that were asked for are there, the others are not', () => {
  expectTypeOf<Streams<Record<never, never>>['stdin']>().toEqualTypeOf<null>()
  expectTypeOf<Streams<Record<never, never>>['stdout']>().toEqualTypeOf<Readable>()
  expectTypeOf<Streams<Record<never, never>>['stderr']>().toEqualTypeOf<Readable>()
  expectTypeOf<Streams<{ stdin: true }>['stdin']>().toEqualTypeOf<Writable>()
  expectTypeOf<Streams<{ stderr: false }>['stdout']>().toEqualTypeOf<Readable>()
  expectTypeOf<Streams<{ stderr: false }>['stderr']>().toEqualTypeOf<null>()
  expectTypeOf<Streams<{ stdout: false }>['stdout']>().toEqualTypeOf<null>()
  expectTypeOf<Streams<{ tty: true }>['stderr']>().toEqualTypeOf<null>()
  expectTypeOf<Streams<{ tty: { columns: 80; rows: 24 } }>['stderr']>().toEqualTypeOf<null>()
})

it('what is only known at run time may be either', () => {
  expectTypeOf<Streams<SpawnOptions>['stdin']>().toEqualTypeOf<Writable | null>()
  expectTypeOf<Streams<SpawnOptions>['stdout']>().toEqualTypeOf<Readable | null>()
  expectTypeOf<Streams<SpawnOptions>['stderr']>().toEqualTypeOf<Readable | null>()
})
