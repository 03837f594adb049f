// One measurement in a process of its own: node client.mjs '{"client": "bare", "action": "pipe", ...}'
import { measured } from './measure.mjs'
import { Sink, source } from './streams.mjs'

const scenario = JSON.parse(process.argv[2])
const { client: name, action, target, options = {} } = scenario
const { bytes = 0, frame = 0, rate = 0, count = 0 } = scenario
const { open } = await import(`./clients/${name}.mjs`)
const client = await open(target, options)

/** Transfers of so many bytes, at most so many per second. */
const transfers = {
  async read(length) {
    let taken = 0
    const sample = await measured(length, () =>
      client.read(['source', `${length}`, `${frame}`], (chunk) => {
        taken += chunk.length
      }),
    )
    return complete(taken, length, sample)
  },

  pipe: (length, pace) => piped('pipe', length, pace),
  pipeReadable: (length, pace) => piped('pipeReadable', length, pace),

  write(length, pace) {
    return measured(length, () => client.write(['sink', `${length}`, `${pace}`], source(length)))
  },
}

async function piped(method, length, pace) {
  const sink = new Sink(pace)
  const sample = await measured(length, () =>
    client[method](['source', `${length}`, `${frame}`], sink),
  )
  return complete(sink.taken, length, sample)
}

function complete(taken, length, sample) {
  if (taken !== length) throw new Error(`${name} delivered ${taken} bytes of ${length}`)
  return sample
}

async function run() {
  const times = []
  for (let index = 0; index < count; index += 1) {
    const start = performance.now()
    await client.run(['true'])
    times.push(performance.now() - start)
  }
  return { times, cpu: process.cpuUsage() }
}

/** What is loaded and compiled for the first transfer is the business of other topics. */
async function warm(transfer) {
  await transfer(Math.ceil(bytes / 8 / 2 ** 20) * 2 ** 20, 0)
  return transfer(bytes, rate)
}

const sample = await (action === 'run' ? run() : warm(transfers[action]))
process.stdout.write(JSON.stringify(sample), () => process.exit())
