// One measurement in a process of its own: node client.mjs '{"client": "bare", "action": "pipe", ...}'
import { measured } from './measure.mjs'
import { Sink, source } from './streams.mjs'

const scenario = JSON.parse(process.argv[2])
const { client: name, action, target, options = {} } = scenario
const { bytes = 0, frame = 0, rate = 0, count = 0 } = scenario
const { open } = await import(`./clients/${name}.mjs`)
const client = await open(target, options)

const actions = {
  async read() {
    let taken = 0
    const sample = await measured(bytes, () =>
      client.read(['source', `${bytes}`, `${frame}`], (chunk) => {
        taken += chunk.length
      }),
    )
    return complete(taken, sample)
  },

  pipe: () => piped('pipe'),
  pipeReadable: () => piped('pipeReadable'),

  write() {
    return measured(bytes, () => client.write(['sink', `${bytes}`, `${rate}`], source(bytes)))
  },

  async run() {
    const times = []
    for (let index = 0; index < count; index += 1) {
      const start = performance.now()
      await client.run(['true'])
      times.push(performance.now() - start)
    }
    return { times, cpu: process.cpuUsage() }
  },
}

async function piped(method) {
  const sink = new Sink(rate)
  const sample = await measured(bytes, () =>
    client[method](['source', `${bytes}`, `${frame}`], sink),
  )
  return complete(sink.taken, sample)
}

function complete(taken, sample) {
  if (taken !== bytes) throw new Error(`${name} delivered ${taken} bytes of ${bytes}`)
  return sample
}

process.stdout.write(JSON.stringify(await actions[action]()), () => process.exit())
