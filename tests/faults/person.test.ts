import { PERSON } from './person.ts';
import { runPart } from './run-part.ts';

runPart(PERSON);
