using Microsoft.AspNetCore.Http;

namespace Balie.Ui;

/// <summary>
/// What somebody filled in: every field once, without the spaces around it, and only what a person can have typed. Whatever else was sent
/// is as good as left empty.
/// </summary>
public sealed class Form
{
    private const int LongestValue = 500;
    private readonly IFormCollection _sent;

    private Form(IFormCollection sent) => _sent = sent;

    public static async Task<Form> Read(HttpContext http)
    {
        if (!http.Request.HasFormContentType) return new Form(FormCollection.Empty);
        try { return new Form(await http.Request.ReadFormAsync(http.RequestAborted)); }
        // More fields than any form of ours has.
        catch (InvalidDataException) { return new Form(FormCollection.Empty); }
    }

    public string this[string name] =>
        _sent[name] is [{ Length: <= LongestValue } value] && !value.Any(char.IsControl) ? value.Trim() : "";
}
