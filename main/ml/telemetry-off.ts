/**
 * ONNX Runtime from 1.29 on reports to Microsoft by default, with a lasting id of the machine, and never asks. What a trader
 * runs here is nobody's business: set before the library is loaded, this keeps it from making id, cache and uploader at all.
 */
process.env['ORT_DISABLE_TELEMETRY'] = '1';
