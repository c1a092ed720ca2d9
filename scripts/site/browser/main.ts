import { followContents } from './contents.ts';
import { addCopyButtons } from './copy.ts';
import { addSearch } from './search.ts';

addSearch();
addCopyButtons();
followContents();
