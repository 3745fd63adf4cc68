using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace Balie.Kernel.Tests.Http;

/// <summary>What every kind of failure is called towards a caller.</summary>
public sealed class FaultsTests
{
    [Theory]
    [InlineData("08006", 503)] // connection failure
    [InlineData("22001", 400)] // text too long
    [InlineData("22003", 400)] // number out of range
    [InlineData("22021", 400)] // U+0000 in text
    [InlineData("22P02", 400)] // not of the type
    [InlineData("23502", 422)] // not null
    [InlineData("23503", 409)] // foreign key
    [InlineData("23505", 409)] // unique
    [InlineData("23514", 422)] // check
    [InlineData("23P01", 409)] // exclusion
    [InlineData("25006", 503)] // a standby, which cannot write
    [InlineData("25P03", 503)] // idle in transaction for too long
    [InlineData("28P01", 503)] // the password is being changed
    [InlineData("3D000", 503)] // no such database just now
    [InlineData("40001", 503)] // serialisation, after all tries
    [InlineData("40P01", 503)] // deadlock, after all tries
    [InlineData("53100", 503)] // disk full
    [InlineData("53300", 503)] // too many connections
    [InlineData("54000", 400)] // too large for an index
    [InlineData("55P03", 503)] // lock timeout
    [InlineData("57014", 503)] // statement timeout
    [InlineData("57P01", 503)] // shutting down
    [InlineData("57P03", 503)] // starting up
    [InlineData("42601", 500)] // our own SQL is wrong
    [InlineData("42501", 500)] // our own grants are wrong
    [InlineData("XX000", 500)] // PostgreSQL's own fault
    public void What_the_database_refuses_is_answered_by_whose_fault_it_is(string sqlState, int status)
    {
        var refusal = Faults.Explain(new PostgresException("as asked", "ERROR", "ERROR", sqlState));

        Assert.Equal(status, refusal.Status);
        Assert.Equal(status == 503, refusal.RetryAfter is not null);
        Assert.DoesNotContain("as asked", refusal.Message, StringComparison.Ordinal);
    }

    public static TheoryData<Exception, int> Others => new()
    {
        { new NpgsqlException("reset", new SocketException((int)SocketError.ConnectionRefused)), 503 },
        { new TimeoutException(), 503 },
        { new OperationCanceledException(), 503 },
        { new OverflowException(), 400 },
        { new JsonException("as asked"), 400 },
        { new BadHttpRequestException("as asked", 413), 413 },
        { new BadHttpRequestException("as asked", 408), 408 },
        { new BadHttpRequestException("as asked"), 400 },
        { new InvalidOperationException("as asked"), 500 },
        { new IOException("as asked"), 500 },
        { new RefusedException(KernelRefusals.Forbidden), 403 },
    };

    [Theory]
    [MemberData(nameof(Others))]
    public void Other_failures_too(Exception problem, int status) => Assert.Equal(status, Faults.Explain(problem).Status);
}
