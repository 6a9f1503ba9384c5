using System.Net.Sockets;
using PathVlm.MLNet.Judging.Protocol;

namespace PathVlm.Host.Runs;

/// <summary>A judge whose first request tests the connection: an address that does not answer is reported in ten seconds.</summary>
internal sealed class ReachableJudge : IProcessJudge
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);
    private readonly IProcessJudge _judge;
    private readonly Lazy<Task> _connection;

    /// <summary>Wraps a judge.</summary>
    /// <param name="judge">The judge.</param>
    /// <param name="address">Its address.</param>
    internal ReachableJudge(IProcessJudge judge, Uri address)
    {
        _judge = judge;
        _connection = new Lazy<Task>(() => ConnectAsync(address));
    }

    /// <inheritdoc/>
    public string Identity => _judge.Identity;

    /// <inheritdoc/>
    public bool IsOffline => _judge.IsOffline;

    /// <inheritdoc/>
    public async Task<JudgeReply> ReviewAsync(ProcessReviewRequest request, CancellationToken cancellationToken)
    {
        await _connection.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
        return await _judge.ReviewAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<JudgeReply> ReviewAsync(
        ProcessReviewRequest request, Func<CancellationToken, Task> beforeRequest, CancellationToken cancellationToken)
    {
        await _connection.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
        return await _judge.ReviewAsync(request, beforeRequest, cancellationToken).ConfigureAwait(false);
    }

    private static async Task ConnectAsync(Uri address)
    {
        if (HttpClient.DefaultProxy.GetProxy(address) is not null) return; // requests go to the proxy
        using CancellationTokenSource limit = new(Patience);
        try
        {
            using TcpClient client = new();
            await client.ConnectAsync(address.DnsSafeHost, address.Port, limit.Token).ConfigureAwait(false);
        }
        catch (SocketException fault)
        {
            throw Unreachable(address, fault.Message);
        }
        catch (OperationCanceledException)
        {
            throw Unreachable(address, FormattableString.Invariant($"no connection within {Patience.TotalSeconds:0} s"));
        }
    }

    private static JudgeStoppedException Unreachable(Uri address, string why) => new(
        $"--judge: the judge's address {address.Host}:{address.Port} could not be reached ({why}); "
        + "check the address and that the server is running");
}
