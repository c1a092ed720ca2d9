// Property tests draw the same cases in every run, so that a run says something about the change and
// not about its luck. FLOTILLA_SEED=random, or a number, draws others.
import fc from 'fast-check';

const seed = process.env.FLOTILLA_SEED ?? '20261124';
if (seed !== 'random') fc.configureGlobal({ seed: Number(seed) });
