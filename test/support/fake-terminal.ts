import { PassThrough } from 'node:stream'

/** A local terminal without a kernel: the test is whoever sits in front of it. */
export class FakeTerminal {
  readonly stdin: FakeInput = new FakeInput()
  readonly stdout: FakeOutput = new FakeOutput()

  type(text: string): void {
    this.stdin.write(Buffer.from(text, 'latin1'))
  }

  resize(columns: number, rows: number): void {
    Object.assign(this.stdout, { columns, rows })
    this.stdout.emit('resize')
  }

  /** What is on the screen, or would be. */
  get shown(): string {
    return String(this.stdout.read() ?? '')
  }
}

class FakeInput extends PassThrough {
  isTTY = true
  isRaw = false
  /** All modes set so far. */
  readonly modes: boolean[] = []

  setRawMode(mode: boolean): this {
    this.modes.push(mode)
    this.isRaw = mode
    return this
  }
}

class FakeOutput extends PassThrough {
  columns = 80
  rows = 24
}
