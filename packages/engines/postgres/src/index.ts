// PostgreSQL as the database of services.
export {
	PostgresDatabases,
	type PostgresLayout,
	type PostgresOptions,
	postgres,
} from './postgres-databases.ts';
