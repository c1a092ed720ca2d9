// Databases.
export { type DatabaseUnderTest, databaseSuite } from './database-suite.ts';
// Services on a database.
export { type EngineUnderTest, serviceSuite } from './service-suite.ts';
