/**
 * For tests of services: what stands in for the services that a test leaves out.
 *
 * @module
 */

export {
	type Double,
	type DoubledOperations,
	type DoubleOptions,
	double,
} from './testing/double.ts';
