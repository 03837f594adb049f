import { Writable } from 'node:stream'
import type { ProcessHandler, TestPod, TestServer } from '../../src/testing/index.ts'
import { createTestServer } from '../../src/testing/index.ts'
import { localProcess } from '../../src/testing/local-process.ts'
import type { Relay } from '../support/relay.ts'
import type { Cell, Expected } from './cell.ts'
import { exclusions } from './exclusions.ts'
import type { MatrixFault } from './faults.ts'
import { faults } from './faults.ts'
import type { Observed } from './observed.ts'
import { differences } from './observed.ts'
import type { Operation } from './operations.ts'
import { operations } from './operations.ts'
import { expectedOf } from './rules.ts'
import { runCell } from './run-cell.ts'

/** A cell with all that it is made of. */
export interface MatrixCell extends Cell {
  readonly pod: string
  readonly faultItself: MatrixFault
  readonly operationItself: Operation
  readonly expected: Expected
}

export interface CellResult {
  readonly cell: MatrixCell
  readonly observed: Observed
  /** Empty when all is as expected. */
  readonly differences: readonly string[]
}

/** All combinations that make sense. */
export function matrixCells(): readonly MatrixCell[] {
  const cells = faults.flatMap((fault) =>
    operations.flatMap((operation) =>
      [false, true].flatMap((verify) =>
        (verify ? operation.verified : operation.plain).map((subprotocol) => ({
          ...{ fault: fault.name, operation: operation.name, verify, subprotocol },
          ...{ faultItself: fault, operationItself: operation },
        })),
      ),
    ),
  )
  return cells
    .filter((cell) => !exclusions.some(({ isOut }) => isOut(cell)))
    .map((cell, i) => ({ ...cell, pod: `cell-${i}`, expected: expectedOf(cell) }))
}

/** Cells at the same time; most of them wait. */
export const together = 12

/** Runs them, so many at a time; calls back for each. */
export async function runMatrix(
  cells: readonly MatrixCell[],
  together: number,
  onResult: (result: CellResult) => void,
): Promise<void> {
  const relays = new Map<string, Relay>()
  const running = new Set<Promise<unknown>>()
  const pods = cells.map((cell) => podFor(cell, relays, running))
  await using server = await createTestServer({ pods })
  const faultOf = new Map(cells.map(({ pod, faultItself }) => [pod, faultItself.server ?? null]))
  server.setFault(({ path }) => faultOf.get(/\/pods\/([^/]+)\//.exec(path)?.[1] ?? '') ?? null)
  const left = [...cells]
  const work = async () => {
    for (let cell = left.shift(); cell !== undefined; cell = left.shift()) {
      onResult(await runOne(cell, server, relays))
    }
  }
  await Promise.all(Array.from({ length: together }, work))
}

async function runOne(
  cell: MatrixCell,
  server: TestServer,
  relays: Map<string, Relay>,
): Promise<CellResult> {
  const { pod, expected, verify, operationItself: operation, faultItself: fault } = cell
  const made = { fault, operation, expected }
  const observed = await runCell(cell, made, server, pod, (relay) => relays.set(pod, relay))
  relays.delete(pod)
  return { cell, observed, differences: differences(observed, expected, { ...operation, verify }) }
}

/** Its line breaks by the process's own doing, behind its output or its end. */
function podFor(
  { pod, faultItself }: MatrixCell,
  relays: Map<string, Relay>,
  running: Set<Promise<unknown>>,
): TestPod {
  const { strike } = faultItself
  if (strike === undefined) return { name: pod, containers: [{ name: 'app' }] }
  const breakLine = async () => {
    const relay = relays.get(pod)
    await relay?.quiet(40)
    relay?.strike(strike.how)
  }
  const local = localProcess({}, running)
  const exec: ProcessHandler = async (server) => {
    if (strike.behind === 'status') {
      const exitCode = (await local(server)) ?? 0
      void breakLine()
      return exitCode
    }
    let isFirst = true
    const stdout = new Writable({
      write(chunk: Buffer, _encoding, done) {
        server.stdout.write(chunk, done)
        if (isFirst) void breakLine()
        isFirst = false
      },
    })
    return (await local({ ...server, stdout })) ?? 0
  }
  return { name: pod, containers: [{ name: 'app', exec }] }
}
