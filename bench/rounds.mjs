/**
 * Measures every contender once per round, A B C A B C ..., so that whatever else the machine does meets them all.
 * Gives the samples of each contender by name, in the order of the rounds.
 */
export async function interleave(rounds, contenders, measure) {
  const samples = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]))
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, contender] of Object.entries(contenders)) {
      samples[name].push(await measure(contender))
    }
  }
  return samples
}

/** One figure of every sample. */
export function column(samples, key) {
  return samples.map((sample) => sample[key])
}
