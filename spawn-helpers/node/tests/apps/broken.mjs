export default 1;

throw new Error('from a module');
