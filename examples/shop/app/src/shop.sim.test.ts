import { simTests } from '@flotilla/simulator';

simTests(import.meta.resolve('./shop.sim.ts'), { seeds: 4 });
