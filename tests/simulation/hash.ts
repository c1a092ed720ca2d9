// Prints the trace hashes of some seeds, for a test that compares them over processes and versions.
import { hashes } from './hashes.ts';

console.log(await hashes((process.argv[2] ?? '').split(',').map(Number)));
