/** First import of the page: schemas made after this are interpreted, for the content policy forbids code from strings. */
import { z } from 'zod';

z.config({ jitless: true });
