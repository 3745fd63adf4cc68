using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Balie.Payments.Ledger;

/// <summary>
/// A comma-separated file (RFC 4180) as the answer to a request, row by row. A text that a spreadsheet would calculate is written with an
/// apostrophe before it, because a reference may be anybody's.
/// </summary>
internal sealed class CsvFile : IAsyncDisposable
{
    private const string FormulaStarts = "=+-@\t\r";
    private readonly StreamWriter _writer;

    public CsvFile(HttpContext http, string name)
    {
        http.Response.ContentType = "text/csv; charset=utf-8; header=present";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{name}\"";
        _writer = new StreamWriter(http.Response.Body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true);
    }

    public Task Row(params IEnumerable<string> fields) => _writer.WriteAsync(string.Join(',', fields.Select(Field)) + "\r\n");

    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    public static string Field(string text)
    {
        var isFormula = text.Length > 0 && FormulaStarts.Contains(text[0]) && !decimal.TryParse(text, CultureInfo.InvariantCulture, out _);
        var safe = isFormula ? $"'{text}" : text;
        return safe.AsSpan().IndexOfAny(",\"\r\n") >= 0 ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }
}
